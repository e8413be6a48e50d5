"""The log template miner: messages are masked, what was masked is fingerprinted, and patterns of fingerprints join. Pure."""
