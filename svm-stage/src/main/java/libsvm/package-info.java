/**
 * One class in LIBSVM's package, {@link libsvm.GramSolver}, to reach its package-private solver.
 * All other classes of the package are LIBSVM's.
 */
package libsvm;
