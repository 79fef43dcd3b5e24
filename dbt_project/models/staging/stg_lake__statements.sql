{{ lake_rows('statements', derived={'content_hash': 'hash(content_key, content_minhash)'}) }}
