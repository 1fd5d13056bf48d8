// @ts-check
/** Names of the API in words: fields, filters, dimensions, measures and orders.
 * @type {Record<string, string>} */
export const ENGLISH = {
    active_in: "Active in", active_year: "Year", activity_country: "Country of the activity", activity_in: "Activity in",
    activity_status: "Status of the activity", activity_type: "Kind of activity", activity_year: "Year of the activity",
    as_of: "As of", code: "Code", confirmed_on: "Confirmed on", country: "Country", deployed_in: "Deployed in",
    deployment_year: "Year of the deployment", ended_in: "Ended in", eu_member: "EU membership", experts_count: "Number of experts",
    follows: "Follows", has_actions: "With actions", kind: "Kind", languages: "Languages", member_state: "Member state",
    member_states: "member states", name: "Name", organisation: "Organisation", organisation_type: "Kind of organisation",
    origin: "Origin", output_kind: "Kind of output", outside_eu: "of deployments from outside the EU", partner: "Partner",
    period: "Period", pillar: "Pillar", place: "Place", position: "Position", published: "Published", q: "Words", region: "Region",
    sending_country: "Sending country", sessions: "Sessions", source: "Source", source_quote: "Sentence of the source",
    start: "Start", start_year: "Year of the start", started_in: "Began in", status: "Status", subregion: "Subregion",
    theme: "Theme", title: "Title", type: "Kind", description: "Description", objective: "Objective", summary: "Summary",
    end: "End", slug: "Part of the address", stated_status: "Status as stated", words: "words",
    "-start": "newest first", "-end": "ended last", "-updated_at": "changed last", "-published": "newest first",
    create: "added", update: "changed", delete: "deleted",
};
