"""Credit, measure, reward, settle: the layers of the graph of values."""
