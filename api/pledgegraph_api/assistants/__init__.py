"""The graph for assistants, by the Model Context Protocol: at `/mcp`, and over stdio."""
