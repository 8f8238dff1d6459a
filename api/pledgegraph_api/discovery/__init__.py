"""Descriptions of the dataset, and the sitemap."""
