"""What the operator's machines ask: is it alive, is it ready, how does it do."""
