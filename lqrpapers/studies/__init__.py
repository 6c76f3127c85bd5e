"""What single chapters need beyond the regulator and the papers' constants.

Problems, families and gains (draws from a Generator or seed that the caller passes)

==================  ==============================================================================
`ensembles`         random problems by size; pairs and families of tasks around them
`families`          one drawn family at every level, and how far gains stabilize all of it
`admission`         families scaled to what Theorems 10 and 11 of S1 admit
`poles`             random gains by pole placement, over the whole stabilizing set, and pairs
`known_solutions`   Lyapunov equations of known solution, and what solvers make of them
`exact`             one closed loop in fractions, without rounding
`certificates`      computer-assisted proofs of where an optimal gain lies, and of its radius
`exact_errata`      the errata's smallest counterexamples, and repaired constants, in fractions
`precise_riccati`   the Riccati equation in many digits, and how many of a solution's are right
==================  ==============================================================================

Random problems and gains around an optimum are in `lqrlib.systems`, random families around one
nominal task in `lqrlib.tasks`.

One problem or family

==================  ==============================================================================
`moments`           second moments from the definition, an independent check of the closed forms
`tails`             fourth moments and tails of simulated costs
`rollout_numbers`   how many roll-outs an average needs under noise by a fair coin
`split_paths`       averages of any number of such roll-outs, exactly; tilted noise
`rollout_variance`  exact bias and variance of a gradient estimate from roll-outs
`errata`            printed constants of S1's Lemmas 5 and 6 beside sharp ones
`robustness`        how much multiplicative noise a gain survives
`own_system`        a reader's system: a classic of `classics`, or what a file holds
`own_obstacles`     what is impossible with it, and the nearest that works
`own_report`        a slice of its costs, copies of it, and what meta-learning needs there
`published_solver`  what the code published with S2 takes for costs and gradients
`taylor`            derivatives of the cost up to the second of the Hessian's trace
`sphere`            what estimates from random directions do to leading order in their radius
`common_gains`      whether one gain stabilizes several small tasks, by linear programming
`scalar_landscape`  stationary points of the MAML objective over one number
`scalar_suprema`    suprema over sub-level sets of tasks with one state, on a grid
`averaging`         MAML beside averaging, to leading order in the inner step
`meta_bias`         how far a stationary gain of MAML is from each task's optimum
`printed_update`    what the printed Hessian formula does to MAML's update
==================  ==============================================================================

Runs

==================  ==============================================================================
`query_errors`      gradient estimates from many seeds beside their leading orders
`critical_step`     the largest constant step with which descent converges
`annealing`         a stabilizing start where none is given, by discounts
`training`          S1's Algorithm 3 from many seeds, and its limit under perfect sampling
`learned_gains`     gains learned and adapted at the settings of S1's published code
`adaptation`        policy gradient on new tasks, counted in cost queries
`paired`            differences between two starts, paired over training families
`bisection`         where a predicate stops holding, for all the above
==================  ==============================================================================
"""
