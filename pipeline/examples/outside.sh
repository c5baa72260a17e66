#!/usr/bin/env bash
# A project outside this tree, which has nothing but installed artifacts and its own logger, compiles and
# runs every example. Artifacts are installed into a repository of their own: the user's stays as it is.
#   FOLDER as an argument keeps what was made; otherwise it is a temporary one, deleted afterwards
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../.." && pwd)
if [ $# -gt 0 ]; then
  mkdir -p "$1"
  work=$(cd "$1" && pwd)
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi

# All of the user's repository, but for this project's artifacts.
users=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
repository=$work/repository
mkdir -p "$repository/org/rcnn"
for entry in "$users"/* "$users"/org/*; do
  case ${entry#"$users"/} in
    org | org/rcnn) ;;
    *) [ ! -e "$entry" ] || ln -sfn "$entry" "$repository/${entry#"$users"/}" ;;
  esac
done

cd "$home"
# Javadoc and the list of libraries take longest, and no program needs them to run.
mvn -B -q -Dmaven.repo.local="$repository" -DskipTests -Dspotless.check.skip=true \
  -Dmaven.javadoc.skip=true -Dcyclonedx.skip=true -pl '!pipeline/examples' install
version=$(sed -n 's:^  <version>\(.*\)</version>$:\1:p' pom.xml)
logback=$(sed -n 's:^ *<logback.version>\(.*\)</logback.version>$:\1:p' pom.xml)
for module in data region-proposals cnn-finetune svm-stage eval pipeline cli; do
  for kind in .jar -sources.jar .pom; do
    ls "$repository/org/rcnn/rcnn-$module/$version/rcnn-$module-$version$kind" > /dev/null
  done
done

mkdir -p "$work/project"
cp -R "$here/src/test/resources/outside/." "$work/project"
mkdir -p "$work/project/src/main/java/org/rcnn"
cp -R "$here/src/main/java/org/rcnn/examples" "$work/project/src/main/java/org/rcnn"
cd "$work/project"
mvn -B -q -Dmaven.repo.local="$repository" -Drcnn.version="$version" -Dlogback.version="$logback" \
  compile dependency:build-classpath -Dmdep.outputFile=class-path
java=java
[ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ] && java=$JAVA_HOME/bin/java
mkdir -p "$work/run"
"$java" -Xmx1g -Djava.awt.headless=true -cp "target/classes:$(cat class-path)" outside.Outside "$work/run"
