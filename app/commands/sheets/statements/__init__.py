"""The SQL that writes a batch of a file. The audit log gets what the API's services write there for the same change."""
