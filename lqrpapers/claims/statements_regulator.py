"""Statements about one regulator: parts I and II of the book."""

TABLE = """
s2-eq-1 | regulator | Equation (1) | The cost of a gain is tr(P_K Sigma0): the average over noise
    and initial states of the summed stage costs.
s1-def-1 | regulator | Definition 1 | A task's optimal gain minimises its cost.
ours-lemma-plane | regulator | The plane is invariant | For the fish stock gradient, natural
    gradient and Gauss-Newton direction keep a zero diagonal, and a gain with one stabilizes exactly
    where a product of two factors is below 1.
ours-def-stabilizing | regulator | Mean-square stabilizing gain | A gain is stabilizing when the
    spectral radius of its second-moment operator F_K is below 1.
ours-lemma-moments | regulator | Second moments | Second moments of the state are powers of F_K
    applied to Sigma0; they tend to zero exactly when K stabilizes, and then F_K's Lyapunov
    equations have one solution.
ours-thm-domain | regulator | The cost and its domain | The cost is finite exactly at stabilizing
    gains, where it bounds the margin 1 - rho(F_K) and the size of the gain; it tends to infinity at
    the boundary.
ours-thm-optimal | regulator | The optimal gain | One stabilizing gain has E_K = 0; it is best from
    every initial state, and the gap is tr Sigma_K D'R_K* D with D = K - K*.
ours-thm-connected | regulator | The stabilizing set is connected | The segment from a stabilizing
    gain to the one that policy iteration makes of it stabilizes, and the iterates tend to K*.
s2-lemma-3.1 | derivatives | Lemma 3.1 | The gradient of the cost is 2 E_K Sigma_K.
s2-lemma-b.1 | derivatives | Lemma B.1 | The gradient of the cost is 2 E_K Sigma_K.
s1-grad | derivatives | Section 2.1 | Without noise the gradient of the cost is 2 E_K Sigma_K.
s1-hess | derivatives | Section 2.1 | The Hessian of the cost in closed form.
e4 | derivatives | E4 | The printed Hessian formula is the derivative of the gradient.
ours-hessian | derivatives | Hessian of the LQR cost | The Hessian of the cost in closed form, with
    noise: self-adjoint, and its quadratic form.
ours-hessian-optimum | derivatives | At the optimum | The Hessian at K* takes X to 2 R_K* X
    Sigma_K*; its eigenvalues are twice the products of those of R_K* and Sigma_K*.
ours-step-size | derivatives | Step sizes near the optimum | Near K* gradient descent contracts
    exactly for steps below 2/lambda_max of the Hessian, and fastest at 2/(lambda_min + lambda_max).
s2-lemma-3.2 | domination | Lemma 3.2 | The optimality gap is at most ||Sigma_K*|| ||grad C||_F^2 /
    (4 sigma_min(R) mu^2).
s1-lemma-7 | domination | Lemma 7 | The optimality gap is at most ||grad J||_F^2 / lambda, lambda =
    4 mu^2 sigma_min(R) / ||Sigma_K*||.
s2-cor-3.3 | domination | Corollary 3.3 | A stationary gain is the optimal gain, unless Sigma_K is
    singular.
s2-lemma-b.2 | domination | Lemma B.2 | The cost difference of two gains is 2 tr Sigma' D'E_K + tr
    Sigma' D'R_K D with D = K' - K, and the advantage is at least -x'E_K'R_K^-1 E_K x.
s2-q-function | policies | Equations (44)–(46) | The state-action value is quadratic in x and u.
s2-app-a | inequalities | Appendix A, (4)–(21) | Standard inequalities for matrices.
s1-lemma-5 | smoothness | Lemma 5 (TR Lemma 14) | Gradient, Hessian and gain are bounded by h_G, h_H
    and h_c.
s1-lemma-6 | smoothness | Lemma 6 (TR Lemma 15) | Within h_Delta of a gain, cost, gradient and
    Hessian are Lipschitz.
e1 | smoothness | E1 | The printed h_G bounds the gradient.
e2 | smoothness | E2 | The printed h_cost is a local Lipschitz constant of the cost.
e6 | smoothness | E6 | The printed h_H bounds the Hessian.
ours-def-advantage | domination | Advantage | The advantage of an input is the cost of applying it
    once, and the gain from then on, beyond that of the gain alone.
ours-memoryless | domination | Where equality is approached | For one state with A = 0 the sharper
    upper and the lower bound of Lemma 3.2 are equalities, and the printed bound is used to a share
    in closed form.
ours-stationary-cost | domination | What a vanishing gradient always means | A stabilizing gain with
    gradient zero has the optimal cost, whatever the rank of Sigma0.
ours-smoothness | smoothness | Local bounds, noise included | Within h_Delta of a gain every gain
    stabilizes, and Sigma_K, P_K, cost, E_K, gradient and Hessian change by no more than explicit
    bounds.
ours-printed-radius | smoothness | The printed radius | Without noise S1's radius h_Delta is valid
    and at most ours.
ours-descent | domination | Linear convergence of gradient descent | With a step up to 1/L, L a
    bound on the Hessian over the sub-level set, all iterates stay in it and a step leaves at most 1
    - step lambda / 2 of the gap.
s2-mss | mean_square | Section 2 | A mean-square stabilizing gain stabilizes the nominal system; the
    converse fails.
s2-eq-2 | mean_square | Equation (2) | P_K solves P = Q + K'RK + F_K*(P).
s2-eq-3 | mean_square | Equation (3) | Sigma_K solves Sigma = Sigma0 + F_K(Sigma).
s2-riccati | mean_square | Section 2.1 | Value iteration, policy iteration and a semidefinite
    program reach the same solution of the generalised Riccati equation.
ours-lemma-visible | stability_levels | What N trajectories can see | In the coin system the chance
    that an average over N trajectories reaches a share of its mean is at most a sum of two binomial
    tails.
ours-thm-level | stability_levels | The level a gain survives | A gain stabilizes at noise level s
    exactly when s rho(T_0 N) < 1; with one noise term on one input the level is in closed form.
ours-thm-critical | stability_levels | The critical level | With one input whose only noise is its
    own, a stabilizing gain exists exactly below a variance that the unstable eigenvalues of A give.
ours-certificate | stability_levels | Certificate | A gain stabilizes exactly when the solution of X
    = W + F_K(X), W definite, is definite.
s2-fn-1 | mean_square | Footnote 1 | Eigenvectors of the entries' covariance give their noise.
s2-robust | journal | Robust stability | Mean-square stability survives constant shifts of a size.
s2-thm-3.4 | convergence | Theorem 3.4 | A Gauss-Newton step of size up to 1/2 leaves at most 1 - 2
    step mu / ||Sigma_K*|| of the optimality gap.
s2-thm-3.5 | convergence | Theorem 3.5 | A natural gradient step up to the stated size leaves at
    most 1 - 2 step sigma_min(R) mu / ||Sigma_K*|| of the optimality gap.
s2-thm-3.6 | convergence | Theorem 3.6 | A gradient step up to c_pg leaves at most 1 - 2 step
    sigma_min(R) mu^2 / ||Sigma_K*|| of the optimality gap.
s2-c-pg | journal | One-step lemma | A step up to the journal's size takes its part of the gap.
s2-app-c | journal | Appendix lemmas | C(K) bounds P_K, Sigma_K; tr Sigma_K >= mu / (1 - rho(F_K)).
s2-recovery | journal | Footnote 2 | Without noise S2 takes half of Fazel's steps and Fazel's rates.
s2-rem-4.2 | robustness | Remark 4.2 | At one gain, noise raises C(K), ||P_K||, ||Sigma_K|| and
    ||B||^2 + sum beta_j ||B_j||^2, and shrinks the steps that the theorems allow.
s2-fig-1a | robustness | Figure 1a | Descent on the cost with noise minimises it; the cost without
    noise stays finite and ends slightly suboptimal.
s2-fig-1b | robustness | Figure 1b | Descent on the cost without noise minimises it; the cost with
    noise goes to infinity.
ours-critical-scale | robustness | Critical noise scale | A gain stabilizes at noise scale s exactly
    when s is below its critical scale, and the published sweeps converge exactly when that exceeds
    1.
ours-common-kick | robustness | Noise that kicks in one direction | If all noise acts along one
    vector w, 1/s_c(K) is a noise-free cost from w, and the most robust gain is its optimal gain.
ours-invisible-noise | robustness | Invisible noise | Noise like the weights keeps the best gain.
ours-suspension-family | robustness | The suspension | For the suspension the optimal gains at all
    noise scales are noise-free optima with input weight w from 1 to 2, and s_c does not fall along
    them.
s2-fig-2 | figure_2 | Figure 2 | On 20 random systems Gauss-Newton converges fastest, then natural
    gradient, then gradient, all to within a few per cent of the optimal cost.
ours-improvement | convergence | A step that helps in every state | If the advantage matrix M of a
    step is negative semidefinite, the new gain stabilizes, P_K does not grow, and the cost falls by
    at least mu |tr M|.
ours-steps | convergence | Steps that work, and steps that cannot | Gauss-Newton converges for steps
    below 1, the natural gradient below 1/||R_K0||, with explicit ratios; beyond stated ceilings
    steps raise the cost or the optimum repels.
ours-metric | policies | The metric of the natural gradient | It is W (x) Sigma_K / s^2.
ours-quadratic | convergence | Policy iteration converges quadratically | A Gauss-Newton step of 1/2
    leaves at most an explicit constant times the square of the gap.
s2-alg-1 | model_free | Algorithm 1 | The estimate's mean is the gradient of the truncated cost,
    averaged over the ball of the exploration radius.
s2-thm-4.1 | model_free | Theorem 4.1 | Descent along estimates that are accurate enough closes the
    gap at half the rate of Theorem 3.6.
ours-alg-pairs | model_free | The same with pairs | Algorithm 1 with two roll-outs for each
    direction, at K + U and K - U, with independent or with common noise.
ours-lemma-smoothing | rollouts | Smoothing | The estimates of Algorithm 1, with one point or with
    pairs, have the gradient of the truncated cost, averaged over the ball, as their mean.
ours-lemma-variance | rollouts | Variance | For a small radius the mean square of an estimate grows
    like 1/r^2 with one point and with pairs, and stays bounded with common noise.
ours-lemma-bias | rollouts | Smoothing bias | Averaging over the ball moves the gradient by at most
    the smaller of h_grad r and h_hess r^2 / 2.
ours-lemma-truncation | rollouts | Truncation | A roll-out of l steps misses at most (1 -
    q/||P_K||)^l of the cost, and the mean of the estimate moves by no more than stated.
ours-lemma-tails | rollouts | When the cost of a roll-out has a variance | With Gaussian noise the
    cost of a roll-out has a variance exactly when the operator on quartic forms has spectral radius
    rho_4 < 1; for one state in closed form.
ours-thm-rollouts | rollout_numbers | How many roll-outs an average needs | With a fair coin for
    noise an average within a quarter of the cost, or of the gradient, needs a number of roll-outs
    that grows exponentially with C(K) / (mu q).
ours-prop-tilted | rollout_numbers | Tilted noise | With noise tilted by the top eigenvector of
    F_K* weighted roll-outs have the right mean and a bounded spread, for one state none.
ours-thm-inexact | model_free | Descent along inexact gradients | Descent with steps up to 1/L along
    gradients wrong by at most sqrt(lambda Delta / 2) takes step lambda / 4 of the gap at each step
    until it is at most Delta.
ours-lemma-bernstein | rollouts | Vector Bernstein inequality | A mean of N bounded vectors is
    further than sigma / sqrt(N) + t from its mean with probability at most exp(-N t^2 / (2
    sigma^2 + 4 b t / 3)).
"""
