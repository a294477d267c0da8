package store

import (
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// Forecast is how large a configuration will make the store.
type Forecast struct {
	Checks        int
	ResultsPerDay float64
	BytesPerDay   float64 // growth while nothing expires
	Full          int64   // bytes once the retention is reached, recent rows included
}

// Bytes on disk, measured with one vantage by BenchmarkSealedBytes.
const (
	bytesPerLook  = 0.92 // latency and outcome in a block
	bytesPerBlock = 38.0 // a block's header, checksum and share of its page, and of the ledger
	bytesPerDaily = 490.0
	bytesPerRow   = 42.0 // a recent result
	bytesFixed    = 8 << 20
)

// ForecastSize computes the size of the store for these sites, from one vantage, when
// records are kept as r says. It is pure.
func ForecastSize(sites []compliance.Site, r compliance.Retention) Forecast {
	r = r.WithDefaults()
	var f Forecast
	var rows float64
	for _, s := range sites {
		for _, c := range s.Checks {
			if c.Interval <= 0 {
				continue
			}
			f.Checks++
			perDay := float64(24*time.Hour) / float64(c.Interval)
			f.ResultsPerDay += perDay
			f.BytesPerDay += perDay*bytesPerLook + min(perDay, 24)*bytesPerBlock + bytesPerDaily
			rows += perDay * float64(RowsKept+2*time.Hour) / float64(24*time.Hour) * bytesPerRow
		}
	}
	f.Full = int64(f.BytesPerDay*r.Results.Hours()/24 + rows + bytesFixed)
	return f
}
