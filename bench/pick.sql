-- One pick for pgbench: what a pick has to read, lock and write, in as few statements as possible.
-- Every client has its own drafts and fills them slot by slot. Slot and driver have the same place.
\set move :move + 1
\set place :move / 22 * :clients + :client_id
\set number :move % 22
\set league :first_league + :place
\set draft :first_draft + :place
\set slot :first_slot + :place * 22 + :number
\set constructor :first_constructor + :place * 11 + :number % 11
\set entry :first_entry + :number
\set seq :number + 1
BEGIN;
SELECT draft.id, draft.state, draft.locks_at, draft.last_seq, settings.clock, settings.clock_seconds, settings.picks_per_race FROM drafts_draft draft JOIN leagues_settingsversion settings ON settings.id = draft.settings_id WHERE draft.league_id = :league AND draft.race_id = :race AND draft.state <> 'void' FOR UPDATE OF draft;
SELECT slot.id, slot.number, slot.round, slot.passed_at, slot.constructor_id, constructor.name, constructor.autodraft, owner.time_zone, owner.quiet_from, owner.quiet_until, pick.entry_id FROM drafts_slot slot JOIN constructors_constructor constructor ON constructor.id = slot.constructor_id LEFT JOIN accounts_user owner ON owner.id = constructor.owner_id LEFT JOIN drafts_pick pick ON pick.slot_id = slot.id WHERE slot.draft_id = :draft ORDER BY slot.number;
INSERT INTO drafts_pick (draft_id, slot_id, entry_id, source, picked_by_id, picked_at) SELECT :draft, :slot, :entry, 'player', owner_id, now() FROM constructors_constructor WHERE id = :constructor RETURNING id;
INSERT INTO drafts_draftevent (draft_id, seq, kind, payload, by_id, happened_at) SELECT :draft, :seq, 'picked', '{"slot": 1, "constructor_id": 1, "constructor": "Team player1", "driver_id": "driver_1", "driver": "Driver 1", "source": "player"}', owner_id, now() FROM constructors_constructor WHERE id = :constructor RETURNING id;
\if :number < 21
UPDATE drafts_draft SET last_seq = :seq, turn_began_at = now(), turn_ends_at = now() + interval '4 hours' WHERE id = :draft;
\else
UPDATE drafts_draft SET last_seq = :seq + 1, state = 'complete', turn_began_at = NULL, turn_ends_at = NULL WHERE id = :draft;
INSERT INTO drafts_draftevent (draft_id, seq, kind, payload, happened_at) VALUES (:draft, :seq + 1, 'completed', '{}', now()) RETURNING id;
\endif
COMMIT;
