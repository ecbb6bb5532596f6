"""What every page is made of: look, languages, security headers, and the one place that commits."""
