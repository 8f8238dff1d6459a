"""What readers may send, and who keeps what: `/corrections` and `/contribute`."""
