/**
 * Expected results: figures that were measured once, kept as data, and compared with a run of
 * today.
 *
 * <p>A table in a README says what someone measured on some day. {@link
 * org.rcnn.pipeline.expected.ExpectedResults} says it so that a program can repeat it: the
 * commands, the rows of their results, each figure's mean and its spread over seeds, and the claims
 * that the figures are meant to show, since a reproduction is less about 54.2 than about
 * "fine-tuned fc7 is better than pre-trained fc7". {@link org.rcnn.pipeline.expected.ExpectedFile}
 * reads and writes the files; those of the project lie beside it in the resources. {@link
 * org.rcnn.pipeline.expected.Reproduction} holds measured results against them and says row by row
 * what holds. {@link org.rcnn.pipeline.expected.MarkedTables} puts their tables into the README, so
 * that no number is copied by hand.
 *
 * <p>Figures are fractions, as in every JSON file of the project; tables show per cent.
 */
package org.rcnn.pipeline.expected;
