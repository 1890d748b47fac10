"""Food information: what must be told of food before it is bought, Regulation (EU) No 1169/2011, articles 9 and 14."""
