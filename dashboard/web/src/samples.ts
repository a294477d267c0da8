// Lines of the configuration that a page without anything to show asks for.
export const sample = {
  alerts: 'alerting:\n  alertmanager: {embedded: alertmanager.yml}',
  onCall: `on_call:
  people:
    - {id: kim, name: {ko: 김운영, en: Kim}, receivers: kim-sms}
    - {id: lee, name: {ko: 이담당, en: Lee}, receivers: lee-sms}
  schedules:
    - {id: first, name: {ko: 1선, en: First line}, people: [kim, lee], from: 2026-11-23}
  escalations:
    - {receiver: on-call, steps: [{schedules: first}, {after: 10m, people: lee}]}`,
  watch: 'watch_floor:\n  shifts: [{name: day, from: "09:00"}, {name: night, from: "21:00"}]',
}
