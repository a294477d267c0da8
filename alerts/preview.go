package alerts

import (
	"time"

	"github.com/prometheus/alertmanager/alert"
	amtemplate "github.com/prometheus/alertmanager/template"
	"github.com/prometheus/common/model"

	"github.com/charterwatch/charterwatch/compliance"
)

// data is a notification of alerts, as Alertmanager makes it for its templates.
func (c Content) data(t *amtemplate.Template, receiver string, all []compliance.Alert, now time.Time) *amtemplate.Data {
	var list []*alert.Alert
	for _, a := range all {
		x := &alert.Alert{UpdatedAt: now}
		x.Labels, x.Annotations = labelSet(c.Labels(a)), labelSet(c.Annotations(a, now))
		x.StartsAt, x.EndsAt = a.Start, a.End
		if a.Open() {
			x.EndsAt = time.Time{}
		}
		list = append(list, x)
	}
	group := model.LabelSet{}
	if len(all) > 0 {
		group["alertname"] = model.LabelValue(all[0].Rule)
	}
	return t.Data(receiver, group, nil, "first notification", list...)
}

func labelSet(m map[string]string) model.LabelSet {
	out := make(model.LabelSet, len(m))
	for k, v := range m {
		out[model.LabelName(k)] = model.LabelValue(v)
	}
	return out
}
