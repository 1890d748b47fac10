"""Files of a spreadsheet as rows of cells, and rows as such files."""
