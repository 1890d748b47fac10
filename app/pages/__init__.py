"""Pages in HTML, for people: templates, styles and scripts over the services that the API stands on, and never past them."""
