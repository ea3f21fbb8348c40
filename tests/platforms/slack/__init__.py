"""The Slack platform against a small Slack of ours."""
