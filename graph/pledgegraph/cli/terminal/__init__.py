"""What commands write to a terminal: answers, tables, reports and progress."""
