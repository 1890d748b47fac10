"""Files of other programs and other people: which of their columns feeds which of ours, said in a TOML file."""
