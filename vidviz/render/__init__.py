"""Arrays and tables -> colours, Plotly figures and pictures; pure functions."""
