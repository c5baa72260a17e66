package org.rcnn.svm;

import java.util.List;
import libsvm.svm;
import libsvm.svm_model;
import libsvm.svm_node;
import libsvm.svm_parameter;
import libsvm.svm_problem;

/** LIBSVM as its manual shows it: features in, linear kernel, decision values out. */
final class PlainLibsvm {

  private PlainLibsvm() {}

  /** The decision values of the samples themselves, positives first. */
  static double[] scores(
      List<float[]> x, int positives, double c, double positiveWeight, double scale) {
    svm_problem problem = new svm_problem();
    problem.l = x.size();
    problem.x = new svm_node[x.size()][];
    problem.y = new double[x.size()];
    for (int i = 0; i < x.size(); i++) {
      problem.x[i] = new svm_node[x.get(i).length];
      for (int k = 0; k < x.get(i).length; k++) {
        problem.x[i][k] = new svm_node();
        problem.x[i][k].index = k + 1;
        problem.x[i][k].value = scale * x.get(i)[k];
      }
      problem.y[i] = i < positives ? 1 : -1;
    }
    svm_parameter parameter = new svm_parameter();
    parameter.svm_type = svm_parameter.C_SVC;
    parameter.kernel_type = svm_parameter.LINEAR;
    parameter.C = c;
    parameter.eps = 1e-6;
    parameter.cache_size = 50;
    parameter.shrinking = 1;
    parameter.nr_weight = 1;
    parameter.weight_label = new int[] {1};
    parameter.weight = new double[] {positiveWeight};
    svm_model model = svm.svm_train(problem, parameter);
    double[] scores = new double[x.size()];
    for (int i = 0; i < x.size(); i++) {
      double[] value = new double[1];
      svm.svm_predict_values(model, problem.x[i], value);
      scores[i] = value[0];
    }
    return scores;
  }
}
