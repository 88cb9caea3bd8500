//go:build tools

// Package influxd pins the InfluxDB 2 server that the tests run against, so that `go build` finds it in this module.
package influxd

import _ "github.com/influxdata/influxdb/v2/cmd/influxd"
