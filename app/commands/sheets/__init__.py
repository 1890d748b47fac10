"""Files of a spreadsheet: read, checked, compared with the shop, and written into it in batches."""
