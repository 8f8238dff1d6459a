"""Pages: templates, translations, labels and tables."""
