"""The acronyms of the field and what they stand for, spellings, and the names of countries and vocabularies: whoever
types one finds the other.

Those of partners are part of the record itself.
"""

from typing import Final

from app.core.text_search.query import Synonyms
from app.search.documents import labels

SYNONYMS: Final = Synonyms(
    {
        "AMIF": ["asylum, migration and integration fund"],
        "ASEAN": ["Association of Southeast Asian Nations"],
        "AVR": ["assisted voluntary return"],
        "AVRR": ["assisted voluntary return and reintegration"],
        "BCP": ["border crossing point"],
        "CIS": ["Commonwealth of Independent States"],
        "COI": ["country of origin information"],
        "CSO": ["civil society organisation", "civil society organization"],
        "DG": ["Directorate-General"],
        "EC": ["European Commission"],
        "EEAS": ["European External Action Service"],
        "EU": ["European Union"],
        "EUD": ["EU Delegation", "Delegation of the European Union"],
        "FFM": ["fact-finding mission"],
        "GAMM": ["Global Approach to Migration and Mobility"],
        "GCM": ["Global Compact for Migration"],
        "IBM": ["integrated border management"],
        "ICMPD": ["International Centre for Migration Policy Development"],
        "ILO": ["International Labour Organization", "International Labour Organisation"],
        "INTERPOL": ["International Criminal Police Organization"],
        "IOM": ["International Organization for Migration", "International Organisation for Migration"],
        "IR": ["illegal recruitment"],
        "LM": ["labour migration"],
        "M&D": ["migration and development"],
        "MIEUX": ["Migration EU Expertise"],
        "MoFA": ["Ministry of Foreign Affairs"],
        "MoI": ["Ministry of Interior", "Ministry of the Interior"],
        "MoL": ["Ministry of Labour"],
        "MOU": ["memorandum of understanding", "memoranda of understanding"],
        "MP": ["mobility partnership"],
        "MS": ["member state"],
        "NAP": ["national action plan"],
        "NGO": ["non-governmental organisation", "non-governmental organization"],
        "NRM": ["national referral mechanism"],
        "OSCE": ["Organization for Security and Co-operation in Europe"],
        "RSD": ["refugee status determination"],
        "SOM": ["smuggling of migrants", "migrant smuggling"],
        "SOP": ["standard operating procedure"],
        "THB": ["trafficking in human beings", "human trafficking", "trafficking in persons"],
        "TIP": ["trafficking in persons", "trafficking in human beings"],
        "TOT": ["training of trainers"],
        "UAM": ["unaccompanied minor"],
        "UN": ["United Nations"],
        "UNHCR": ["United Nations High Commissioner for Refugees"],
        "UNODC": ["United Nations Office on Drugs and Crime"],
        "VOT": ["victim of trafficking", "victims of trafficking"],
        # American spellings, of words that stem differently.
        "center": ["centre"],
        "labor": ["labour"],
        "organization": ["organisation"],
        "program": ["programme"],
        "programs": ["programmes"],
    },
    labels,
)
