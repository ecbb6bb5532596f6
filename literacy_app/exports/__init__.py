"""Survey data out: CSV, Excel, SPSS, JSON Lines and their description."""
