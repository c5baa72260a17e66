/**
 * What every stage stands on: a run, its folder, its images, and work on many images at a time.
 *
 * <p>A {@link org.rcnn.pipeline.run.Run} is a configuration, two {@link
 * org.rcnn.pipeline.run.DetectionSet}s (the images to train and to test on) and a {@link
 * org.rcnn.pipeline.run.RunFolder}, in which everything that is computed is kept. {@link
 * org.rcnn.pipeline.run.OrderedWork} works on images side by side with results in their order,
 * {@link org.rcnn.pipeline.run.Progress} shows how far a stage is, and {@link
 * org.rcnn.pipeline.run.Problems} collects what was wrong with single images.
 *
 * <h2>The folder</h2>
 *
 * <pre>{@code
 * plan.json        the artifacts that the latest command stands on, made or not
 * config.yaml      every setting of the latest run, those at their defaults included
 * manifest.json    provenance: configuration, fingerprints of the data, versions, problems, result,
 *                  and where its artifacts are
 * images.json      its images by name, each with the SHA-256 of its picture and annotation
 * report.html      the run's page
 * detector.rcnn    the trained detector in one file
 * ablation.*       the table of `ablate`;  study-NAME.*  the table and plot of a study
 * demo-data-*      the scenes of the demo, a folder in the layout of VOC
 * reproduce/       what the commands of `reproduce` gave, by command and seed
 * .lock            held while a process works in the folder
 *
 * proposals/   HASH.bin            boxes of a set of images
 *              HASH-left-out.txt   images that could not be decoded
 * finetune/    HASH.safetensors    weights
 *              HASH-curve.json     the learning curve
 * features/    HASH/TAP.bin        pool5, or all that the network has if it cannot go on from it;
 *                                  of resnet50, which goes on from fc7, both
 * later-features/  HASH/TAP.bin    what comes after, computed from that: fc6, fc7, scores
 * more-positives/  HASH.bin        pool5 of positives that only fine-tuning uses
 * hog/         HASH/hog.bin        histograms of oriented gradients, for a study alone
 * svm/         HASH.model          the head, in a folder of its stage's name: svm, softmax, ...
 *              HASH-mining.json    what mining did
 * bbox/        HASH.model          the box regression
 *              HASH-report.json    overlaps before and after, on pairs held back
 * detections/  HASH/*_det_SPLIT_CLASS.txt   VOC result files
 * }</pre>
 *
 * <p>A folder per stage, in which an artifact is a file or folder named by its key's hash. Beside
 * it lies {@code HASH.json}, its note: the stage's name, the seconds it took, all that the hash was
 * made from, and the SHA-256 of every file. Files with another ending are evidence for the report.
 * {@code HASH.making} is a folder in which an artifact is being made, or was when a run was killed;
 * a training's checkpoint is in it.
 *
 * <h2>Keys</h2>
 *
 * <p>A {@link org.rcnn.pipeline.run.Key} is the stage's name, the version of its code, the hashes
 * of the {@link org.rcnn.pipeline.run.Artifact}s that it reads, and the settings that can change
 * its result, mostly a settings record of the module that does the work. So a key holds everything
 * upstream: another threshold in selective search makes every later artifact anew, another C only
 * SVMs and detections. Images enter as a fingerprint of their bytes and annotations, the starting
 * network as one of its layers and weights; where files lie does not matter.
 *
 * <p>What cannot change a result is left out on purpose: the number of threads, the memory of the
 * image cache, whether fine-tuning, a layer, a head or box regression is asked for (that chooses
 * artifacts and alters none), and the metric. Therefore rows of an ablation share what they have in
 * common. Threads are left out though a training on another number of them gives other last bits:
 * the manifest records them. {@code KeyMatrixTest} says for every setting which artifacts it
 * changes.
 *
 * <h2>Finished runs</h2>
 *
 * <p>{@link org.rcnn.pipeline.run.FinishedFolder} reads a folder from its manifest alone: it takes
 * no lock, writes nothing and computes no keys, so the folder may be a copy, read-only, or of
 * stages that have changed since.
 *
 * <h2>Killed runs</h2>
 *
 * <p>A stage writes its artifact aside and renames it into place, so what bears the name is whole.
 * A stage whose artifact exists, and is what its note says, is skipped. One that was damaged since
 * is reported and made anew. Hence the same command, given again, resumes: finished stages are
 * found, and the interrupted one begins anew. The long ones lose little: features resume after the
 * last image, fine-tuning and pre-training from their latest checkpoint. A run that another process
 * works in is refused.
 *
 * <p>What a command will make is known before: {@link org.rcnn.pipeline.run.Run#begin} takes its
 * {@link org.rcnn.pipeline.run.PlannedStage}s, so that each has a number, the rest of the run an
 * estimate from what was measured so far, and a disk that is too small is told of. {@link
 * org.rcnn.pipeline.run.RunCleaning} removes what no file of the folder stands on.
 */
package org.rcnn.pipeline.run;
