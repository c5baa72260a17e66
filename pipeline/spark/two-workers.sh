#!/usr/bin/env bash
# A standalone cluster on one machine, to try a command on: two workers, each with a network of its own, so that
# they meet the driver over a network alone. All of it ends with the command. Root on Linux, with iproute2.
#   pipeline/spark/two-workers.sh ./rcnn run --on spark://10.77.0.1:7077 --out /tmp/run
#   CORES     cores of each worker (1)
#   MEMORY    memory that each worker offers (4g)
set -euo pipefail
[ $# -gt 0 ] || { echo "Usage: $0 COMMAND..., which uses spark://10.77.0.1:7077" >&2; exit 2; }
home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
export SPARK_HOME=${SPARK_HOME:-$home/pipeline/spark/target/home} SPARK_SCALA_VERSION=${SPARK_SCALA_VERSION:-2.13}
[ -d "$SPARK_HOME/jars" ] || { echo "There is no Spark in $SPARK_HOME: run ./rcnn run --help --on local once." >&2; exit 1; }
! ip link show rcnn0 >/dev/null 2>&1 ||
  { echo "There is a network rcnn0 already, of another cluster; if that was killed: ip link delete rcnn0." >&2; exit 1; }
driver=10.77.0.1
logs=$(mktemp -d)
status=1

end() {
  for pid in $(jobs -p); do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  for worker in 1 2; do
    # Its end here too: the namespace, and with it the link, lives on while connections close.
    ip link delete "rcnn0-$worker" 2>/dev/null || true
    ip netns delete "rcnn$worker" 2>/dev/null || true
  done
  ip link delete rcnn0 2>/dev/null || true
  [ $status -ne 0 ] || rm -rf "$logs"
}
trap end EXIT

spark() {
  exec java @"$home/pipeline/spark/java17.args" -Xmx512m -cp "$SPARK_HOME/jars/*" "$@"
}

ip link add rcnn0 type bridge
ip address add $driver/24 dev rcnn0
ip link set rcnn0 up
(spark org.apache.spark.deploy.master.Master --host $driver --port 7077 >"$logs/master" 2>&1) &
for worker in 1 2; do
  ip netns add "rcnn$worker"
  ip link add "rcnn0-$worker" type veth peer name eth0 netns "rcnn$worker"
  ip link set "rcnn0-$worker" master rcnn0 up
  ip -n "rcnn$worker" link set lo up
  ip -n "rcnn$worker" address add "10.77.0.1$worker/24" dev eth0
  ip -n "rcnn$worker" link set eth0 up
  (exec ip netns exec "rcnn$worker" java @"$home/pipeline/spark/java17.args" -Xmx512m -cp "$SPARK_HOME/jars/*" \
    org.apache.spark.deploy.worker.Worker "spark://$driver:7077" --host "10.77.0.1$worker" \
    --cores "${CORES:-1}" --memory "${MEMORY:-4g}" --work-dir "$logs/work-$worker" >"$logs/worker-$worker" 2>&1) &
done
for _ in $(seq 60); do
  [ "$(grep -c 'Registering worker' "$logs/master")" -lt 2 ] || break
  sleep 1
done
[ "$(grep -c 'Registering worker' "$logs/master")" -eq 2 ] ||
  { echo "The workers did not come; what they say lies in $logs." >&2; exit 1; }

status=0
RCNN_JAVA_OPTS="-Dspark.driver.host=$driver -Dspark.driver.bindAddress=$driver ${RCNN_JAVA_OPTS:-}" "$@" || status=$?
[ $status -eq 0 ] || echo "The cluster's own words lie in $logs." >&2
exit $status
