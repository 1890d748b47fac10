"""Connections: made, watched, handed over in the order of asking, and thrown away when they break."""
