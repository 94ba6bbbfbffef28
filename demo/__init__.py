"""A synthetic state with known truth: it feeds the demonstration, the tests and the benchmarks.

    world = make_world(seed=1, scale=1.0)          # demo.world: people, rings, innocents, ads, papers, applications
    write_registers(world, folder)                 # demo.registers: eight files as an office receives them
    write_archives(world, folder)                  # demo.collector: WARC files of the months before today
    python -m demo.ad_server --seed 1              # demo.ad_server: today's ad sites over real sockets
    truth = Truth.of(world)                        # demo.truth: what the evidence in those files and pages can show
    evaluate_clusters(truth, …) and others         # demo.evaluate: precision and recall against it

The same seed, scale and day give the same bytes. Places have real city names and ZIPs;
streets, people, businesses and phone numbers (NPA-555-XXXX) are invented. The ads are mild, state no age, and every
network is a pattern of shared phones, operators and premises, never of names: all names come from one pool.

The truth is kept apart: nothing the pipeline reads says which business belongs to which network, and `Truth` counts
only ties that are visible in what was written. Nothing in here imports the pipeline, except its types.
"""
