"""Who may see and do what: accounts, roles as of a day, viewers, the policy of every route, tokens."""
