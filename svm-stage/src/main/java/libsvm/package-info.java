/**
 * The door to LIBSVM's solver, see {@link libsvm.GramSolver}. Everything else of this name is
 * LIBSVM's own.
 */
package libsvm;
