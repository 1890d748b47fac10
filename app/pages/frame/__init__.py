"""What all pages stand in: cookies, guards, forms, texts, and how they are rendered."""
