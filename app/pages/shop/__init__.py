"""The shop's pages, for whoever buys."""
