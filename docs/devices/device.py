"""A device of its own in Python, to copy from: numbering, an outbox on disk, receipts, refusals. Needs paho-mqtt 2 and a certificate for mqtts.

python3 device.py mqtt://host:1883 demo my-mat PASSWORD outbox.db   reads one JSON object a line: {"metrics": {...}} or {"event": "bed_exit"}
"""
import hashlib, json, secrets, sqlite3, sys, threading, time
from datetime import datetime, timezone
from urllib.parse import urlparse
import paho.mqtt.client as mqtt

BATCH, WINDOW, UNHEARD_S = 100, 8, 15  # messages in a packet, packets under way, patience after a PUBACK without receipt


class Device:
    def __init__(self, url, facility, device, password, outbox):
        self.root, self.lock, self.packets, self.online = f"mimamori/v1/{facility}/{device}", threading.RLock(), {}, False
        self.db = sqlite3.connect(outbox, check_same_thread=False, isolation_level=None)
        self.db.executescript("""PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
            CREATE TABLE IF NOT EXISTS run (boot TEXT, next INTEGER);
            CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY, leaf TEXT, json TEXT, sha TEXT, state TEXT, at REAL);
            UPDATE outbox SET state = 'waiting'""")
        if not self.db.execute("SELECT 1 FROM run").fetchone():  # a new outbox counts from 0, so it is a new boot
            self.db.execute("INSERT INTO run VALUES (?, 0)", (secrets.token_hex(8),))
        self.mqtt = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, f"{facility}.{device}")
        self.mqtt.username_pw_set(f"{facility}.{device}", password)
        self.mqtt.will_set(f"{self.root}/status", json.dumps({"v": 1, "state": "offline"}), 1, True)
        self.mqtt.on_connect, self.mqtt.on_disconnect = self._connected, self._lost
        self.mqtt.on_message, self.mqtt.on_publish = self._message, self._puback
        self.mqtt.reconnect_delay_set(1, 30)
        at = urlparse(url)
        if at.scheme == "mqtts":
            self.mqtt.tls_set()
        self.mqtt.connect_async(at.hostname, at.port or (8883 if at.scheme == "mqtts" else 1883), 30)
        self.mqtt.loop_start()

    def send(self, sample):
        """Numbers a sample and keeps it on disk before it goes out; it stays there until the platform has it on its own."""
        with self.lock:
            boot, seq = self.db.execute("UPDATE run SET next = next + 1 RETURNING boot, next - 1").fetchone()
            message = {"boot": boot, "seq": seq, "ts": datetime.now(timezone.utc).isoformat(timespec="milliseconds"), **sample}
            leaf = "event" if "event" in sample else "telemetry"
            self.db.execute("INSERT INTO outbox VALUES (?, ?, ?, '', 'waiting', 0)", (seq, leaf, json.dumps(message)))
        self.pump()

    def waiting(self):
        with self.lock:
            return self.db.execute("SELECT count(*) FROM outbox").fetchone()[0]

    def pump(self):
        """Sends what waits: events first and singly, then telemetry in batches. To be called each few seconds as well."""
        with self.lock:
            self.db.execute("UPDATE outbox SET state = 'waiting' WHERE state = 'heard' AND at < ?", (time.time() - UNHEARD_S,))
            while self.online and len(self.packets) < WINDOW:
                rows = self.db.execute("SELECT seq, leaf, json FROM outbox WHERE state = 'waiting' ORDER BY leaf, seq LIMIT ?", (BATCH,)).fetchall()
                if not rows:
                    return
                rows = rows[:1] if rows[0][1] == "event" else rows
                alone = '{"v": 1, ' + rows[0][2][1:]
                payload = alone if len(rows) == 1 else '{"v": 1, "messages": [' + ", ".join(row[2] for row in rows) + "]}"
                sent = self.mqtt.publish(f"{self.root}/{rows[0][1]}", payload, 1)
                self.packets[sent.mid] = [row[0] for row in rows]
                sha = hashlib.sha256(payload.encode()).hexdigest()
                self.db.executemany("UPDATE outbox SET state = 'sent', sha = ? WHERE seq = ?", [(sha, row[0]) for row in rows])

    def _connected(self, client, _data, _flags, reason, _properties):
        if reason.is_failure:
            return print("not admitted:", reason, file=sys.stderr)
        client.subscribe([(f"{self.root}/receipt", 1), (f"{self.root}/rejected", 1)])
        client.publish(f"{self.root}/status", json.dumps({"v": 1, "ts": int(time.time() * 1000), "state": "online"}), 1, True)
        self.online = True
        self.pump()

    def _lost(self, *_args):
        self.online = False  # paho sends what had no PUBACK again by itself

    def _puback(self, _client, _data, mid, _reason, _properties):
        with self.lock:
            for seq in self.packets.pop(mid, []):
                self.db.execute("UPDATE outbox SET state = 'heard', at = ? WHERE seq = ? AND state = 'sent'", (time.time(), seq))
        self.pump()

    def _message(self, _client, _data, message):
        body = json.loads(message.payload or b"{}")
        with self.lock:
            (boot,) = self.db.execute("SELECT boot FROM run").fetchone()
            if message.topic.endswith("/receipt") and body.get("boot") == boot:
                gaps = "".join(f" AND NOT seq BETWEEN {int(low)} AND {int(high)}" for low, high in body["gaps"])
                self.db.execute(f"DELETE FROM outbox WHERE seq <= ?{gaps}", (body["seq"],))
            elif message.topic.endswith("/rejected") and body.get("final"):
                print("refused:", body["reason"], body.get("detail"), file=sys.stderr)
                if body.get("boot") == boot and "seq" in body:
                    self.db.execute("DELETE FROM outbox WHERE seq = ?", (body["seq"],))
                elif "seq" not in body:  # its number could not be read: known by the packet it came in
                    self.db.execute("DELETE FROM outbox WHERE sha = ?", (body["sha256"],))
        self.pump()


if __name__ == "__main__":
    device = Device(*sys.argv[1:])
    for line in sys.stdin:
        device.send(json.loads(line))
    while device.waiting():
        time.sleep(1)
        device.pump()
