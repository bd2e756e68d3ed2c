"""What somebody carries is written at home, by the database, with the work itself.

Who is lent is judged with it, with the own rest and the own yes to being in the pool.
"""

from django.db import migrations

from pool.fences import lent_facts

TRIGGER = """
CREATE FUNCTION naast_carry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO pool_carried (id, region_id, expert_id, grant_id, source)
    SELECT gen_random_uuid(), NEW.expert_region_id, NEW.expert_id, NEW.grant_id, NEW.id
    FROM matching_seat s
    JOIN matching_request r ON r.region_id = s.region_id AND r.id = s.request_id
    WHERE NEW.state <> 'ENDED' AND s.region_id = NEW.region_id AND s.id = NEW.seat_id
      AND r.activity = ANY (ARRAY['BUDDY_1ON1']);
  ELSIF TG_OP = 'DELETE' THEN
    DELETE FROM pool_carried WHERE source = OLD.id;
  ELSIF NEW.state = 'ENDED' THEN
    DELETE FROM pool_carried WHERE source = NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER naast_carry AFTER INSERT OR DELETE OR UPDATE OF state ON matching_assignment
  FOR EACH ROW EXECUTE FUNCTION naast_carry();
"""


class Migration(migrations.Migration):
    dependencies = [("matching", "0014_life"), ("pool", "0030_carried_fences")]

    operations = [
        *lent_facts("pool_carried", "pool_consent", "pool_rest"),
        migrations.RunSQL(
            TRIGGER, "DROP TRIGGER naast_carry ON matching_assignment; DROP FUNCTION naast_carry();"
        ),
    ]
