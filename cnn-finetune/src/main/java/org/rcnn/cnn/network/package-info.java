/**
 * The convolutional networks that turn a region into a vector.
 *
 * <p>A network is a list of named layers ({@link org.rcnn.cnn.network.NetworkDefinition}, with the
 * known ones in {@link org.rcnn.cnn.network.Architectures}); its numbers are {@link
 * org.rcnn.cnn.network.Weights}; {@link org.rcnn.cnn.network.Network} holds both in native memory
 * and runs them. In: float32 {@code N x 3 x size x size}, preprocessed. Out: for each {@link
 * org.rcnn.cnn.network.Tap} asked for, {@code N x dimension}.
 *
 * <h2>Adding a network</h2>
 *
 * <ol>
 *   <li>Write one small file that lists its layers in order, such as {@code AlexNet} or, with
 *       branches, {@code SqueezeNet} and {@code ResNet50}. The builder keeps track of channels and
 *       sizes; {@code tap} marks where features are taken, {@code tapAside} pools them first;
 *       {@code from} gives the names that other frameworks' files have for the latest layer, {@code
 *       fromNormalised} also the batch normalisation that is folded into it on import.
 *   <li>Register it by one line of {@link org.rcnn.cnn.network.Architectures}, under the name that
 *       {@code network.architecture} takes; a program that embeds the library registers its own by
 *       the same call, as {@code NetworkFromOutsideTest} does.
 *   <li>For a network of the project, add its published parameter count and its taps to {@code
 *       NetworkTest}, and its name to {@code TorchvisionParityTest} if torchvision has it: the
 *       profile {@code parity} then compares scores and taps.
 * </ol>
 *
 * <p>Everything else follows from the description: the importers, fine-tuning, extraction, and
 * which layers a run and an ablation offer. A layer of a new kind needs a record in {@link
 * org.rcnn.cnn.network.Layer}, a rule in {@link org.rcnn.cnn.network.Network}, one in {@code
 * ScriptArchive} for the fused network, one in {@code OnnxNetwork} for export, and a method of
 * {@link org.rcnn.cnn.network.DefinitionBuilder}.
 */
package org.rcnn.cnn.network;
