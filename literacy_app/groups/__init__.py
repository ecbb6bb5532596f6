"""Learning together: a class or a village hall answers on its phones what one screen asks, without names."""
