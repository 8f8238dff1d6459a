"""The desk of stewards, `/steward`: for those who hold a token and use a browser."""
