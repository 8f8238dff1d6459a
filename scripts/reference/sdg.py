"""``sdg.ttl``: the 17 goals with their names in six languages, the 169 targets by number."""

# ruff: noqa: RUF001 - names in other scripts than the Latin one

from __future__ import annotations

from reference.made_from import describe
from reference.turtle_text import Document, plain, tagged

SCHEME = "<http://metadata.un.org/sdg>"
TITLES = {
    "ar": "أهداف التنمية المستدامة",
    "en": "Sustainable Development Goals",
    "es": "Objetivos de Desarrollo Sostenible",
    "fr": "Objectifs de développement durable",
    "ru": "Цели в области устойчивого развития",
    "zh": "可持续发展目标",
}
GOALS: dict[str, tuple[str, ...]] = {
    "en": (
        "No poverty",
        "Zero hunger",
        "Good health and well-being",
        "Quality education",
        "Gender equality",
        "Clean water and sanitation",
        "Affordable and clean energy",
        "Decent work and economic growth",
        "Industry, innovation and infrastructure",
        "Reduced inequalities",
        "Sustainable cities and communities",
        "Responsible consumption and production",
        "Climate action",
        "Life below water",
        "Life on land",
        "Peace, justice and strong institutions",
        "Partnerships for the Goals",
    ),
    "fr": (
        "Pas de pauvreté",
        "Faim « zéro »",
        "Bonne santé et bien-être",
        "Éducation de qualité",
        "Égalité entre les sexes",
        "Eau propre et assainissement",
        "Énergie propre et d’un coût abordable",
        "Travail décent et croissance économique",
        "Industrie, innovation et infrastructure",
        "Inégalités réduites",
        "Villes et communautés durables",
        "Consommation et production responsables",
        "Mesures relatives à la lutte contre les changements climatiques",
        "Vie aquatique",
        "Vie terrestre",
        "Paix, justice et institutions efficaces",
        "Partenariats pour la réalisation des objectifs",
    ),
    "es": (
        "Fin de la pobreza",
        "Hambre cero",
        "Salud y bienestar",
        "Educación de calidad",
        "Igualdad de género",
        "Agua limpia y saneamiento",
        "Energía asequible y no contaminante",
        "Trabajo decente y crecimiento económico",
        "Industria, innovación e infraestructura",
        "Reducción de las desigualdades",
        "Ciudades y comunidades sostenibles",
        "Producción y consumo responsables",
        "Acción por el clima",
        "Vida submarina",
        "Vida de ecosistemas terrestres",
        "Paz, justicia e instituciones sólidas",
        "Alianzas para lograr los objetivos",
    ),
    "ru": (
        "Ликвидация нищеты",
        "Ликвидация голода",
        "Хорошее здоровье и благополучие",
        "Качественное образование",
        "Гендерное равенство",
        "Чистая вода и санитария",
        "Недорогостоящая и чистая энергия",
        "Достойная работа и экономический рост",
        "Индустриализация, инновации и инфраструктура",
        "Уменьшение неравенства",
        "Устойчивые города и населенные пункты",
        "Ответственное потребление и производство",
        "Борьба с изменением климата",
        "Сохранение морских экосистем",
        "Сохранение экосистем суши",
        "Мир, правосудие и эффективные институты",
        "Партнерство в интересах устойчивого развития",
    ),
    "zh": (
        "无贫穷",
        "零饥饿",
        "良好健康与福祉",
        "优质教育",
        "性别平等",
        "清洁饮水和卫生设施",
        "经济适用的清洁能源",
        "体面工作和经济增长",
        "产业、创新和基础设施",
        "减少不平等",
        "可持续城市和社区",
        "负责任消费和生产",
        "气候行动",
        "水下生物",
        "陆地生物",
        "和平、正义与强大机构",
        "促进目标实现的伙伴关系",
    ),
    "ar": (
        "القضاء على الفقر",
        "القضاء التام على الجوع",
        "الصحة الجيدة والرفاه",
        "التعليم الجيد",
        "المساواة بين الجنسين",
        "المياه النظيفة والنظافة الصحية",
        "طاقة نظيفة وبأسعار معقولة",
        "العمل اللائق ونمو الاقتصاد",
        "الصناعة والابتكار والهياكل الأساسية",
        "الحد من أوجه عدم المساواة",
        "مدن ومجتمعات محلية مستدامة",
        "الاستهلاك والإنتاج المسؤولان",
        "العمل المناخي",
        "الحياة تحت الماء",
        "الحياة في البر",
        "السلام والعدل والمؤسسات القوية",
        "عقد الشراكات لتحقيق الأهداف",
    ),
}
"""The short titles of the goals as the United Nations prints them, by language."""

TARGETS: dict[int, tuple[int, str]] = {
    1: (5, "ab"),
    2: (5, "abc"),
    3: (9, "abcd"),
    4: (7, "abc"),
    5: (6, "abc"),
    6: (6, "ab"),
    7: (3, "ab"),
    8: (10, "ab"),
    9: (5, "abc"),
    10: (7, "abc"),
    11: (7, "abc"),
    12: (8, "abc"),
    13: (3, "ab"),
    14: (7, "abc"),
    15: (9, "abc"),
    16: (10, "ab"),
    17: (19, ""),
}
"""By goal: how many targets have numbers, and which letters the targets on means have."""


def target_notations(goal: int) -> list[str]:
    """The notations of a goal's targets, such as ``5.3`` and ``5.a``."""
    numbered, letters = TARGETS[goal]
    return [f"{goal}.{n}" for n in range(1, numbered + 1)] + [f"{goal}.{x}" for x in letters]


def sdg_turtle() -> str:
    """The file's text."""
    document = Document(
        "Sustainable Development Goals. Made by scripts/reference/generate.py; do not edit."
    )
    describe(
        document,
        "reference-sdg",
        label="Sustainable Development Goals and the numbers of their targets",
        description=(
            "The 17 goals with their short titles, and the 169 targets by number. Identifiers, "
            "classes and the properties sdgo:hasTarget and sdgo:isTargetOf are those of the SDG "
            "ontology of the United Nations (http://metadata.un.org/sdg); the texts of the targets "
            "stand there."
        ),
        method=(
            "Made by scripts/reference/generate.py from the lists written there: the short "
            "titles of the goals in ar, en, es, fr, ru and zh, and the numbers of the targets."
        ),
        derived_from=["http://metadata.un.org/sdg"],
        retrieved="2026-11-23",
        redistributable="unknown",
    )
    document.add(
        SCHEME,
        ("a", "skos:ConceptScheme"),
        ("skos:prefLabel", [tagged(title, language) for language, title in TITLES.items()]),
        ("skos:hasTopConcept", [f"sdg:{goal}" for goal in TARGETS]),
    )
    for goal in TARGETS:
        document.add(
            f"sdg:{goal}",
            ("a", ["sdgo:Goal", "skos:Concept"]),
            ("skos:inScheme", SCHEME),
            ("skos:prefLabel", [tagged(by[goal - 1], lang) for lang, by in GOALS.items()]),
            ("skos:notation", plain(str(goal))),
            (
                "sdgo:hasTarget",
                [f"<http://metadata.un.org/sdg/{notation}>" for notation in target_notations(goal)],
            ),
        )
        for notation in target_notations(goal):
            document.add(
                f"<http://metadata.un.org/sdg/{notation}>",
                ("a", ["sdgo:Target", "skos:Concept"]),
                ("skos:inScheme", SCHEME),
                ("skos:notation", plain(notation)),
                ("sdgo:isTargetOf", f"sdg:{goal}"),
            )
    return document.turtle()
