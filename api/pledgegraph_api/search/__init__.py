"""``/search``: finding records by words, as a page, as data, and as suggestions."""
