"""Grants, row-level security, composite ties, and what only the database may write.

Order matters: the function of the policies, grants for tables that exist and for those
that will come, then the exceptions.
"""

from django.db import migrations

from core.access.ddl import SETUP, parent, protect, tie

GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO naast_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO naast_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO naast_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO naast_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO naast_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO naast_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO naast_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO naast_backup;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM naast_app;
"""

# The worker claims across regions: it reads and leases one table without content.
WORKER = """
CREATE POLICY claim ON core_duework TO naast_worker USING (true);
GRANT SELECT, UPDATE (lease_until, attempts) ON core_duework TO naast_worker;
GRANT SELECT ON core_region TO naast_worker;
GRANT SELECT, INSERT, UPDATE ON core_heartbeat TO naast_worker;
"""

# Column grants: with a table-wide INSERT the application could forge xid or chain number.
AUDIT = """
ALTER TABLE core_auditentry
  ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  ADD COLUMN chain_no bigint,
  ADD COLUMN hash bytea;
CREATE UNIQUE INDEX auditentry_chain ON core_auditentry (region_id, chain_no);
CREATE INDEX auditentry_unsealed ON core_auditentry (id) WHERE chain_no IS NULL;
REVOKE INSERT, UPDATE, DELETE ON core_auditentry FROM naast_app;
GRANT INSERT (region_id, at, event, actor, actor_role, subject, target, fields_class, facts,
              request_id) ON core_auditentry TO naast_app;
GRANT SELECT, UPDATE (chain_no, hash), DELETE ON core_auditentry TO naast_worker;
CREATE POLICY seal_see ON core_auditentry FOR SELECT TO naast_worker USING (true);
CREATE POLICY seal_write ON core_auditentry FOR UPDATE TO naast_worker
  USING (chain_no IS NULL) WITH CHECK (chain_no IS NOT NULL);
CREATE POLICY retention ON core_auditentry FOR DELETE TO naast_worker
  USING (at < now() - interval '5 years');
REVOKE INSERT, UPDATE, DELETE ON core_auditchain FROM naast_app;
GRANT SELECT, INSERT, UPDATE ON core_auditchain TO naast_worker;
CREATE POLICY seal ON core_auditchain TO naast_worker USING (true);
REVOKE UPDATE, DELETE ON core_denial FROM naast_app;
GRANT SELECT, DELETE ON core_denial TO naast_worker;
CREATE POLICY see_old ON core_denial FOR SELECT TO naast_worker USING (at < now() - interval '5 years');
CREATE POLICY retention ON core_denial FOR DELETE TO naast_worker USING (at < now() - interval '5 years');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(SETUP, "DROP FUNCTION naast_region()"),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        *protect(
            "core_organisation",
            "core_membership",
            "core_invitation",
            "core_datakey",
            "core_duework",
            "core_message",
            "core_approval",
            "core_auditentry",
            "core_auditchain",
            "core_denial",
        ),
        *parent("core_organisation", "core_datakey"),
        *tie("core_membership", organisation="core_organisation"),
        *tie("core_invitation", organisation="core_organisation"),
        *tie("core_message", data_key="core_datakey"),
        migrations.RunSQL(WORKER, migrations.RunSQL.noop),
        migrations.RunSQL(AUDIT, migrations.RunSQL.noop),
    ]
