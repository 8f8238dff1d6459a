"""The commands about registers as workbooks, and about names in them."""
