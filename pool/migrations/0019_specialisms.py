"""What experts know from life, who reads the guarded part, whom they avoid."""

import core.crypto.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.manager
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_deliveries"),
        ("core", "__first__"),
        ("pool", "0018_sign_languages"),
    ]

    operations = [
        migrations.AlterField(
            model_name="expertlanguage",
            name="language",
            field=models.CharField(
                choices=[
                    ("nl", "Dutch"),
                    ("en", "English"),
                    ("ar", "Arabic"),
                    ("ber", "Berber"),
                    ("bg", "Bulgarian"),
                    ("de", "German"),
                    ("es", "Spanish"),
                    ("fa", "Persian"),
                    ("fr", "French"),
                    ("pap", "Papiamento"),
                    ("pl", "Polish"),
                    ("pt", "Portuguese"),
                    ("ro", "Romanian"),
                    ("so", "Somali"),
                    ("srn", "Sranan"),
                    ("ti", "Tigrinya"),
                    ("tr", "Turkish"),
                    ("uk", "Ukrainian"),
                    ("ur", "Urdu"),
                    ("zh", "Chinese"),
                    ("dse", "Dutch Sign Language"),
                    ("vgt", "Flemish Sign Language"),
                    ("ase", "American Sign Language"),
                    ("bfi", "British Sign Language"),
                    ("gsg", "German Sign Language"),
                    ("ils", "International Sign"),
                    ("pso", "Polish Sign Language"),
                    ("sfb", "Sign language of French-speaking Belgium"),
                    ("tsm", "Turkish Sign Language"),
                    ("ukl", "Ukrainian Sign Language"),
                ],
                max_length=3,
            ),
        ),
        migrations.AlterField(
            model_name="expertlanguage",
            name="level",
            field=models.CharField(
                choices=[
                    ("A2", "a little"),
                    ("B1", "enough for a talk"),
                    ("B2", "well"),
                    ("C", "very well"),
                    ("NATIVE", "mother tongue"),
                ],
                max_length=6,
            ),
        ),
        migrations.AlterField(
            model_name="regionprofile",
            name="min_distance_km",
            field=models.DecimalField(
                decimal_places=1,
                default=Decimal("2.0"),
                max_digits=4,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(50),
                ],
                verbose_name="minimum distance to home (km)",
            ),
        ),
        migrations.AddConstraint(
            model_name="expertlanguage",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["A2", "B1", "B2", "C", "NATIVE"])),
                name="expert_language_level_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="regionprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(("min_distance_km__gte", 0), ("min_distance_km__lte", 50)),
                name="region_min_distance_up_to_50_km",
            ),
        ),
        migrations.CreateModel(
            name="Avoided",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("PERSON", "a person"), ("ORGANISATION", "an organisation")],
                        max_length=12,
                    ),
                ),
                ("name", core.crypto.fields.SealedText(editable=True, limit=120)),
                ("who_key", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField()),
                (
                    "data_key",
                    models.ForeignKey(
                        db_constraint=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.datakey",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.expert",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert", "who_key"), name="avoided_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["PERSON", "ORGANISATION"])),
                        name="avoided_kind_known",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="GuardedReader",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("granted_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("region", "user"),
                        name="guarded_reader_one_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("user", models.F("granted_by")), _negated=True),
                        name="guarded_reader_not_by_oneself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="guarded_reader_ended_at_with_by",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="GuardedSpecialism",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", core.crypto.fields.SealedText(editable=True, limit=20)),
                ("code_key", models.CharField(max_length=64)),
                (
                    "data_key",
                    models.ForeignKey(
                        db_constraint=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.datakey",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.expert",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert", "code_key"), name="guarded_specialism_once"
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Specialism",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("FORM", "what you can talk about"),
                            ("PHASE", "when in the process"),
                            ("APPROACH", "how you deal with people"),
                            ("EXPERIENCE", "own life"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("CHILD_ABUSE", "child abuse"),
                            ("WITNESS_CHILD", "child as witness of violence at home"),
                            ("PARENT_ABUSE", "violence of children against parents"),
                            ("PARTNER", "violence between (former) partners"),
                            ("ELDER", "elder abuse"),
                            ("OTHER_DV", "other violence at home"),
                            ("OVERLAP", "partner violence and child abuse together"),
                            ("COERCIVE", "coercive control"),
                            ("SITUATIONAL", "situational violence"),
                            ("STALKING", "stalking of a (former) partner"),
                            ("HONOUR", "honour-based violence"),
                            ("HARMFUL_PRACTICE", "harmful traditional practices"),
                            ("COMPLEX_DIVORCE", "high-conflict separation"),
                            ("PSYCH", "psychological violence"),
                            ("PHYS", "physical violence"),
                            ("FIN", "financial violence"),
                            ("SV_HANDS_ON_ADULT", "sexual violence with contact, adults"),
                            ("SV_HANDS_ON_CHILD", "sexual violence with contact, children"),
                            ("SV_HANDS_OFF_ADULT", "sexual violence without contact, adults"),
                            ("SV_HANDS_OFF_CHILD", "sexual violence without contact, children"),
                            ("SV_GROUP", "sexual violence by a group"),
                            ("SV_EXPLOIT", "sexual exploitation and trafficking"),
                            ("SV_OTHER", "other sexual violence"),
                            ("PREVENTION", "prevention"),
                            ("SIGNALLING", "signalling"),
                            ("SAFETY", "direct safety"),
                            ("RISK_CARE", "risk-driven care"),
                            ("RECOVERY", "recovery-oriented care"),
                            ("AFTERCARE", "aftercare"),
                            ("TRAUMA", "trauma-informed"),
                            ("GENDER", "gender-sensitive"),
                            ("LGBTIQA", "LGBTIQA+-sensitive"),
                            ("CULTURE", "culture-sensitive"),
                            ("LVB", "at home with a mild intellectual disability"),
                            ("ATTITUDE", "warm and clear"),
                            ("LOW_THRESHOLD", "quick, easy to reach"),
                            ("AS_LONG_AS", "as long as needed"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "visible_to",
                    models.CharField(
                        choices=[
                            ("COORDINATOR", "coordinator only"),
                            ("REQUESTER", "also the professional"),
                            ("CLIENT", "also the participant"),
                        ],
                        default="COORDINATOR",
                        max_length=12,
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.expert",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert", "code"), name="specialism_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "code__in",
                                    [
                                        "COERCIVE",
                                        "COMPLEX_DIVORCE",
                                        "ELDER",
                                        "FIN",
                                        "HONOUR",
                                        "OTHER_DV",
                                        "PARENT_ABUSE",
                                        "PARTNER",
                                        "PHYS",
                                        "PSYCH",
                                        "SITUATIONAL",
                                        "STALKING",
                                    ],
                                ),
                                ("kind", "FORM"),
                            ),
                            models.Q(
                                (
                                    "code__in",
                                    [
                                        "PREVENTION",
                                        "SIGNALLING",
                                        "SAFETY",
                                        "RISK_CARE",
                                        "RECOVERY",
                                        "AFTERCARE",
                                    ],
                                ),
                                ("kind", "PHASE"),
                            ),
                            models.Q(
                                (
                                    "code__in",
                                    [
                                        "TRAUMA",
                                        "GENDER",
                                        "LGBTIQA",
                                        "CULTURE",
                                        "LVB",
                                        "ATTITUDE",
                                        "LOW_THRESHOLD",
                                        "AS_LONG_AS",
                                    ],
                                ),
                                ("kind", "APPROACH"),
                            ),
                            _connector="OR",
                        ),
                        name="specialism_code_of_its_kind_and_not_guarded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "FORM"), _negated=True),
                            ("visible_to", "COORDINATOR"),
                            _connector="OR",
                        ),
                        name="specialism_form_for_coordinators_only",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("visible_to__in", ["COORDINATOR", "REQUESTER", "CLIENT"])
                        ),
                        name="specialism_audience_known",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SwitchedOff",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("off_at", models.DateTimeField()),
                (
                    "off_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("region", "code"), name="switched_off_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "code__in",
                                [
                                    "ADDICTION",
                                    "AFTERCARE",
                                    "AS_LONG_AS",
                                    "ATTITUDE",
                                    "CHILD_ABUSE",
                                    "COERCIVE",
                                    "COMPLEX_DIVORCE",
                                    "CONTACT_ARRANGEMENT",
                                    "CULTURE",
                                    "DEBT",
                                    "DETENTION",
                                    "ELDER",
                                    "FIN",
                                    "GENDER",
                                    "HARMFUL_PRACTICE",
                                    "HOMELESS",
                                    "HONOUR",
                                    "LGBTIQA",
                                    "LOW_THRESHOLD",
                                    "LVB",
                                    "MILITARY",
                                    "OTHER_DV",
                                    "OVERLAP",
                                    "PARENT",
                                    "PARENT_ABUSE",
                                    "PARTNER",
                                    "PHYS",
                                    "PREVENTION",
                                    "PSYCH",
                                    "RECOVERY",
                                    "RISK_CARE",
                                    "SAFETY",
                                    "SEPARATED",
                                    "SIGNALLING",
                                    "SITUATIONAL",
                                    "STALKING",
                                    "STEP",
                                    "SV_EXPLOIT",
                                    "SV_GROUP",
                                    "SV_HANDS_OFF_ADULT",
                                    "SV_HANDS_OFF_CHILD",
                                    "SV_HANDS_ON_ADULT",
                                    "SV_HANDS_ON_CHILD",
                                    "SV_OTHER",
                                    "THV_SELF",
                                    "TRAUMA",
                                    "TREATMENT",
                                    "VICTIM_TOO",
                                    "WITNESS_CHILD",
                                    "WORK",
                                    "YOUTH_CARE",
                                ],
                            )
                        ),
                        name="switched_off_code_known",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
    ]
