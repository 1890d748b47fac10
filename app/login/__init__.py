"""Who is asking: passwords, sessions, tokens, and a bound on how often they may be tried."""
