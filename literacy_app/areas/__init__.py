"""Administrative divisions by 12-digit code, and pilots: any set of township or village codes."""
