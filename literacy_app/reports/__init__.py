"""What officers see: the level beside its target, where it comes from and how sure it is."""
